// Every CSS file, for Jest: a class is called as it is called in the file.
module.exports = { __esModule: true, default: new Proxy({}, { get: (_, name) => name }) };

// The mail catcher as a process of its own. Environment: HOST, PORT (of its pages), SMTP_PORT.
import { MailCatcher } from './catcher.ts';
import { createWebView } from './web-view.ts';

const { HOST = '127.0.0.1', PORT = '', SMTP_PORT = '' } = process.env;
const catcher = new MailCatcher();
const view = createWebView(catcher);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    view.close();
    view.closeAllConnections();
    void catcher.close();
  });
}
await catcher.listen(Number(SMTP_PORT), HOST);
// Last, since whoever asks for it takes all of it for ready.
view.listen(Number(PORT), HOST);

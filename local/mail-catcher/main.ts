// The mail catcher as a process of its own.
import { readConfig } from '../../shared/tier/config.ts';
import { MailCatcher } from './catcher.ts';
import { mailCatcherSettings } from './config.ts';
import { createWebView } from './web-view.ts';

const { HOST, PORT, SMTP_PORT } = readConfig(mailCatcherSettings);
const catcher = new MailCatcher();
const view = createWebView(catcher);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    view.close();
    view.closeAllConnections();
    void catcher.close();
  });
}
await catcher.listen(SMTP_PORT, HOST);
// Last, since its answer means that all of the mail catcher is ready.
view.listen(PORT, HOST);

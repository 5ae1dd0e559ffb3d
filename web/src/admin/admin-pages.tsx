/** Everything under /admin. Routes inside are relative to that: `<Route path="/drops/:id" …>`. */
import { Blank, Page } from '../design/page.tsx';
import { useLocale } from '../i18n/locale.tsx';

export default function AdminPages() {
  const { text } = useLocale();
  return (
    <Page title={text.shell.admin}>
      <Blank title={text.shell.admin}>
        <p>{text.soon.text}</p>
      </Blank>
    </Page>
  );
}

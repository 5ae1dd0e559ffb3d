/** Everything under /organize. Routes inside are relative to that: `<Route path="/drops/:id" …>`. */
import { Blank, Page } from '../design/page.tsx';
import { useLocale } from '../i18n/locale.tsx';

export default function OrganizePages() {
  const { text } = useLocale();
  return (
    <Page title={text.shell.organize}>
      <Blank title={text.shell.organize}>
        <p>{text.soon.text}</p>
      </Blank>
    </Page>
  );
}

import { ButtonLink } from '../design/button.tsx';
import { Blank, Page } from '../design/page.tsx';
import { useLocale } from '../i18n/locale.tsx';

export function MissingPage({ title }: { title?: string }) {
  const { text } = useLocale();
  return (
    <Page title={text.missing.title}>
      <Blank title={title ?? text.missing.title}>
        <p>{text.missing.text}</p>
        <ButtonLink href="/">{text.missing.home}</ButtonLink>
      </Blank>
    </Page>
  );
}

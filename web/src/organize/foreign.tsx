import { ButtonLink } from '../design/button.tsx';
import { Blank, Page } from '../design/page.tsx';
import { useWords } from '../staff/use-words.ts';

/** Shown for an event or a drop of another organizer. */
export function Foreign() {
  const words = useWords();
  return (
    <Page title={words.guard.title}>
      <Blank title={words.guard.title}>
        <p>{words.guard.foreign}</p>
        <ButtonLink href="/organize">{words.guard.organize}</ButtonLink>
      </Blank>
    </Page>
  );
}

import { ButtonLink } from '../../design/button.tsx';
import { Blank, Page } from '../../design/page.tsx';
import { useFactorWords } from './words.ts';

/** In place of a page for staff, until this session has proven a second factor. */
export default function FactorNeeded({ needs }: { needs: 'factor' | 'proof' }) {
  const words = useFactorWords();
  return (
    <Page title={words.title}>
      <Blank title={words.title}>
        <p>{needs === 'factor' ? words.staffFactor : words.staffProof}</p>
        <ButtonLink href="/account">{needs === 'factor' ? words.goToAccount : words.confirm}</ButtonLink>
      </Blank>
    </Page>
  );
}

import { ask } from '../../api/http.ts';
import { Button } from '../../design/button.tsx';
import styles from '../auth.module.css';
import { useEntered, type SignedIn } from '../account-page.tsx';
import { FactorForm, type FactorStep } from './factor-form.tsx';
import { useFactorWords } from './words.ts';

/** The second step of signing in, in place of the form for the password. */
export default function SecondStepPage({ step, startAgain }: { step: FactorStep; startAgain: () => void }) {
  const words = useFactorWords();
  const entered = useEntered();
  return (
    <div className={styles.auth}>
      <header>
        <h1>{words.stepTitle}</h1>
        <p className={styles.lead}>{words.stepWhy}</p>
      </header>
      <FactorForm
        step={step}
        prove={async (body) => entered((await ask<SignedIn>('POST', '/auth/second-step', { body })).data)}
      />
      <div>
        <Button look="quiet" onClick={startAgain}>
          {words.startAgain}
        </Button>
      </div>
    </div>
  );
}

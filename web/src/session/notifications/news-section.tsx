/** Which news the user gets, and over which channels. */
import { useQuery } from '@tanstack/react-query';
import type { User } from '../../api/types.ts';
import { useFault } from '../../api/use-fault.ts';
import { Button } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { Skeleton } from '../../design/skeleton.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import auth from '../auth.module.css';
import { ChoiceForm } from './choice-form.tsx';
import { PhoneSection } from './phone-section.tsx';
import { newsQuery } from './settings-query.ts';
import { useNewsWords } from './words.ts';

export default function NewsSection({ user }: { user: User }) {
  const { text } = useLocale();
  const words = useNewsWords();
  const { data, error, refetch, isFetching } = useQuery(newsQuery(user.id));
  const fault = useFault(error);
  return (
    <>
      <section className={auth.form}>
        <div>
          <h2>{words.title}</h2>
          <p className={auth.lead}>{words.why}</p>
        </div>
        {data && <ChoiceForm userId={user.id} settings={data} />}
        {!data && !error && <Skeleton heights={[5, 5, 5]} />}
        {!data && error && (
          <>
            <Notice tone="bad">{fault}</Notice>
            <Button look="quiet" busy={isFetching} onClick={() => void refetch()}>
              {text.common.tryAgain}
            </Button>
          </>
        )}
      </section>
      {data?.channels.includes('sms') && <PhoneSection userId={user.id} phone={data.phone} />}
    </>
  );
}

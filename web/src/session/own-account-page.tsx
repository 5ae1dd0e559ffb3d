/** The user's own account: a section for each thing that can be changed. */
import { Page } from '../design/page.tsx';
import { Skeleton } from '../design/skeleton.tsx';
import { Part, part } from '../shell/parts.tsx';
import styles from './auth.module.css';
import { EmailForm } from './email-form.tsx';
import { PasswordForm } from './password-form.tsx';
import { ProfileForm } from './profile-form.tsx';
import { SessionList } from './session-list.tsx';
import { SignInFirst } from './sign-in-first.tsx';
import { useAccountWords } from './words.ts';

const OwnData = part(() => import('./own-data.tsx'));
const OrganizerRequest = part(() => import('./organizer-request.tsx'));
const FactorsSection = part(() => import('./second-factor/factors-section.tsx'));
const NewsSection = part(() => import('./notifications/news-section.tsx'));

export default function OwnAccountPage() {
  const words = useAccountWords();
  return (
    <Page title={words.accountTitle} narrow>
      <SignInFirst why={words.accountWhy}>
        {(user) => (
          <div className={styles.sections}>
            <header>
              <h1>{words.accountTitle}</h1>
              <p className={styles.lead} dir="auto">
                {user.name}
              </p>
              <p dir="auto">{user.email}</p>
            </header>
            {/* A banned user's session shows orders and tickets only. */}
            {user.scope === undefined && (
              <>
                <ProfileForm key={user.id} user={user} />
                <EmailForm />
                <PasswordForm user={user} />
                <Part fallback={<Skeleton heights={[3, 20]} />}>
                  <NewsSection user={user} />
                </Part>
                <SessionList user={user} />
                <Part fallback={<Skeleton heights={[3, 5]} />}>
                  <FactorsSection user={user} />
                </Part>
              </>
            )}
            <Part fallback={<Skeleton heights={[6]} />}>
              {user.scope === undefined && <OrganizerRequest user={user} />}
              <OwnData user={user} />
            </Part>
          </div>
        )}
      </SignInFirst>
    </Page>
  );
}

/** Two-step sign-in on the page of the account. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import type { factorAdded, factors, recoveryCodeList } from '@seatdrop/shared/contract/second-factor.ts';
import { ask, factorProver } from '../../api/http.ts';
import { meQuery } from '../../api/queries.ts';
import { one } from '../../api/reading.ts';
import type { User } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { ConfirmButton } from '../../design/confirm-button.tsx';
import { Notice } from '../../design/notice.tsx';
import rows from '../../design/rows.module.css';
import { Skeleton } from '../../design/skeleton.tsx';
import { useLocale } from '../../i18n/locale.tsx';
import auth from '../auth.module.css';
import { sessionsQuery } from '../session-list.tsx';
import { AddApp, AddPasskey } from './add-factor.tsx';
import { browserHasPasskeys } from './browser-passkeys.ts';
import styles from './factors.module.css';
import { RecoveryCodes } from './recovery-codes.tsx';
import { StepUp } from './step-up.tsx';
import { useFactorFault, useFactorWords } from './words.ts';

type Factors = z.infer<typeof factors>;

const factorsQuery = (userId: number) => one<Factors>(['factors', userId], '/auth/second-factor');

export default function FactorsSection({ user }: { user: User }) {
  const words = useFactorWords();
  const { data, error, refetch, isFetching } = useQuery(factorsQuery(user.id));
  const fault = useFactorFault(error);
  return (
    <section className={auth.form}>
      <div>
        <h2>{words.title}</h2>
        <p className={auth.lead}>{words.why}</p>
      </div>
      <StepUp />
      {data && <Known user={user} known={data} />}
      {!data && !error && <Skeleton heights={[5, 3]} />}
      {!data && error && (
        <>
          <Notice tone="bad">{fault}</Notice>
          <Button look="quiet" busy={isFetching} onClick={() => void refetch()}>
            {words.tryAgain}
          </Button>
        </>
      )}
    </section>
  );
}

function Known({ user, known }: { user: User; known: Factors }) {
  const words = useFactorWords();
  const client = useQueryClient();
  const [adding, setAdding] = useState<'passkey' | 'app'>();
  const [codes, setCodes] = useState<readonly string[]>();
  const [isAdded, setAdded] = useState(false);
  const refresh = async () => {
    await client.invalidateQueries(factorsQuery(user.id));
    void client.invalidateQueries(meQuery);
    void client.invalidateQueries(sessionsQuery(user.id));
  };
  const onAdded = ({ recoveryCodes }: z.infer<typeof factorAdded>) => {
    setAdding(undefined);
    setAdded(true);
    setCodes(recoveryCodes);
    void refresh();
  };
  const isOff = known.passkeys.length === 0 && known.appAddedAt === null;
  const add = { isFirst: isOff, onAdded, onCancel: () => setAdding(undefined) };
  return (
    <>
      {isOff &&
        (known.isCompulsory ? <Notice tone="bad">{words.isCompulsory}</Notice> : <p>{words.isOff}</p>)}
      {!isOff && known.isCompulsory && !known.isProven && <ProveFirst onProven={() => void refresh()} />}
      <FactorList known={known} refresh={refresh} />
      {isAdded && <p role="status">{words.added}</p>}
      {codes && <RecoveryCodes codes={codes} done={() => setCodes(undefined)} />}
      {!codes && !isOff && <RecoveryRow left={known.recoveryCodesLeft} onNew={setCodes} refresh={refresh} />}
      {adding === 'passkey' && <AddPasskey {...add} />}
      {adding === 'app' && <AddApp {...add} />}
      {!adding && <AddButtons known={known} choose={setAdding} />}
    </>
  );
}

function AddButtons({ known, choose }: { known: Factors; choose: (kind: 'passkey' | 'app') => void }) {
  const words = useFactorWords();
  const isPossible = known.passkeysPossible && browserHasPasskeys();
  return (
    <>
      <div className={styles.buttons}>
        {isPossible && (
          <Button look="quiet" onClick={() => choose('passkey')}>
            {words.addPasskey}
          </Button>
        )}
        <Button look="quiet" onClick={() => choose('app')}>
          {known.appAddedAt === null ? words.addApp : words.replaceApp}
        </Button>
      </div>
      {!isPossible && (
        <p className={auth.lead}>
          {known.passkeysPossible ? words.noPasskeysInBrowser : words.noPasskeysHere}
        </p>
      )}
    </>
  );
}

/** The session was begun before the factor was added, or by an earlier version. */
function ProveFirst({ onProven }: { onProven: () => void }) {
  const words = useFactorWords();
  const proving = useMutation({
    mutationFn: async () => (await factorProver.ask?.()) ?? false,
    onSuccess: (isProven) => isProven && onProven(),
  });
  return (
    <>
      <Notice tone="bad">{words.proveFirst}</Notice>
      <div>
        <Button busy={proving.isPending} onClick={() => proving.mutate()}>
          {words.confirm}
        </Button>
      </div>
    </>
  );
}

function FactorList({ known, refresh }: { known: Factors; refresh: () => Promise<void> }) {
  const { format } = useLocale();
  const words = useFactorWords();
  const moment = (at: string) => format.moment(at, format.here);
  const { passkeys, appAddedAt } = known;
  if (passkeys.length === 0 && appAddedAt === null) return null;
  return (
    <ul className={rows.rows}>
      {passkeys.map(({ id, name, createdAt, usedAt }) => (
        <FactorRow
          key={id}
          name={name}
          path={`/auth/second-factor/passkeys/${id}`}
          lines={[
            words.addedOn(moment(createdAt)),
            usedAt === null ? words.neverUsed : words.usedOn(moment(usedAt)),
          ]}
          refresh={refresh}
        />
      ))}
      {appAddedAt !== null && (
        <FactorRow
          name={words.app}
          path="/auth/second-factor/app"
          lines={[words.addedOn(moment(appAddedAt))]}
          refresh={refresh}
        />
      )}
    </ul>
  );
}

type FactorRowProps = { name: string; path: string; lines: readonly string[]; refresh: () => Promise<void> };

function FactorRow({ name, path, lines, refresh }: FactorRowProps) {
  const words = useFactorWords();
  const removing = useMutation({ mutationFn: () => ask('DELETE', path), onSuccess: refresh });
  const fault = useFactorFault(removing.error);
  return (
    <li className={auth.session}>
      <div className={rows.cell}>
        <p className={rows.name} dir="auto">
          {name}
        </p>
        <p className={rows.soft}>{lines.join(' · ')}</p>
      </div>
      <ConfirmButton
        label={words.remove}
        title={words.removeTitle(name)}
        text={words.removeText}
        yes={words.remove}
        no={words.keep}
        bad
        mutation={removing}
        fault={fault}
      />
    </li>
  );
}

type RecoveryRowProps = {
  left: number;
  onNew: (codes: readonly string[]) => void;
  refresh: () => Promise<void>;
};

function RecoveryRow({ left, onNew, refresh }: RecoveryRowProps) {
  const words = useFactorWords();
  const renewing = useMutation({
    async mutationFn() {
      const path = '/auth/second-factor/recovery-codes';
      onNew((await ask<z.infer<typeof recoveryCodeList>>('POST', path)).data.recoveryCodes);
    },
    onSuccess: refresh,
  });
  const fault = useFactorFault(renewing.error);
  return (
    <ul className={rows.rows}>
      <li className={auth.session}>
        <div className={rows.cell}>
          <p className={rows.name}>{words.recovery}</p>
          <p className={rows.soft}>{words.recoveryLeft(left)}</p>
        </div>
        <ConfirmButton
          label={words.renew}
          title={words.renewTitle}
          text={words.renewText}
          yes={words.renew}
          no={words.keepCodes}
          mutation={renewing}
          fault={fault}
        />
      </li>
    </ul>
  );
}

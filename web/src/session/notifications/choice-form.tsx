import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Channel, NewsKind } from '@seatdrop/shared/contract/notifications.ts';
import { ask } from '../../api/http.ts';
import { useFault } from '../../api/use-fault.ts';
import { Button } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import rows from '../../design/rows.module.css';
import auth from '../auth.module.css';
import styles from './notifications.module.css';
import { newsQuery, type NewsSettings } from './settings-query.ts';
import { useNewsWords } from './words.ts';

type Kind = NewsSettings['kinds'][number];
/** What was changed and not saved yet, by kind and channel. */
type Changes = ReadonlyMap<string, boolean>;

const keyOf = (kind: NewsKind, channel: Channel) => `${kind} ${channel}`;

export function ChoiceForm({ userId, settings }: { userId: number; settings: NewsSettings }) {
  const words = useNewsWords();
  const client = useQueryClient();
  const [changes, setChanges] = useState<Changes>(new Map());
  const saving = useMutation({
    async mutationFn(chosen: Changes) {
      const choices = changedChoices(settings, chosen);
      if (choices.length === 0) return;
      const { data } = await ask<NewsSettings>('PUT', '/me/notifications', { body: { choices } });
      client.setQueryData(newsQuery(userId).queryKey, data);
    },
    // What was changed while the answer was on its way is kept.
    onSuccess: (_data, chosen) =>
      setChanges((now) => new Map([...now].filter(([key, on]) => chosen.get(key) !== on))),
  });
  const fault = useFault(saving.error);
  const change = (key: string, on: boolean) => {
    saving.reset();
    setChanges((now) => new Map(now).set(key, on));
  };
  const wantsSms = settings.kinds.some(({ kind, channels }) =>
    channels.some(({ channel, on }) => channel === 'sms' && (changes.get(keyOf(kind, channel)) ?? on)),
  );
  return (
    <form
      className={auth.form}
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate(changes);
      }}
    >
      <ul className={rows.rows}>
        {settings.kinds.map((kind) => (
          <KindRow key={kind.kind} kind={kind} changes={changes} change={change} />
        ))}
      </ul>
      {wantsSms && !settings.phone?.confirmed && <p className={rows.soft}>{words.needsPhone}</p>}
      {fault && <Notice tone="bad">{fault}</Notice>}
      {saving.isSuccess && <Notice tone="good">{words.saved}</Notice>}
      <Button type="submit" busy={saving.isPending}>
        {words.save}
      </Button>
    </form>
  );
}

function changedChoices({ kinds }: NewsSettings, changes: Changes) {
  return kinds.flatMap(({ kind, channels }) =>
    channels.flatMap(({ channel, on: before }) => {
      const on = changes.get(keyOf(kind, channel)) ?? before;
      return on === before ? [] : [{ kind, channel, on }];
    }),
  );
}

type KindRowProps = { kind: Kind; changes: Changes; change: (key: string, on: boolean) => void };

function KindRow({ kind: { kind, channels }, changes, change }: KindRowProps) {
  const words = useNewsWords();
  const id = useId();
  return (
    <li>
      <div role="group" aria-labelledby={id}>
        <p id={id}>{words.kinds[kind]}</p>
        <div className={styles.channels}>
          {channels.map(({ channel, on, fixed }) => {
            const key = keyOf(kind, channel);
            const name = words.channels[channel];
            return (
              <label key={channel} className={styles.channel}>
                <input
                  type="checkbox"
                  checked={changes.get(key) ?? on}
                  disabled={fixed}
                  onChange={(event) => change(key, event.target.checked)}
                />
                {fixed ? words.always(name) : name}
              </label>
            );
          })}
        </div>
      </div>
    </li>
  );
}

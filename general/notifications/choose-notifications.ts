import {
  choicesBody,
  newsKinds,
  notificationSettings,
  offerOf,
  type NewsKind,
} from '../../shared/contract/notifications.ts';
import { transact } from '../../shared/mysql/connect.ts';
import { invalid } from '../../shared/tier/check-input.ts';
import type { Deps } from '../deps.ts';
import { defineRoute, type Route } from '../http/route.ts';
import { readChoices } from './notify.ts';
import { latestPhone } from './phones.ts';

type ChoiceDeps = Pick<Deps, 'db' | 'newsChannels'>;

export function showNotifications(deps: ChoiceDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/me/notifications',
    summary: 'Show which news the user gets, and over which channels',
    tag: 'Accounts',
    who: 'signed-in',
    success: { status: 200, schema: notificationSettings, description: 'Kinds with their channels' },
    problems: [],
    handle: ({ session }) => settingsOf(deps, session.userId),
  });
}

export function chooseNotifications(deps: ChoiceDeps): Route {
  const { db, newsChannels } = deps;
  return defineRoute({
    method: 'PUT',
    path: '/api/me/notifications',
    summary: 'Choose which news to get, and over which channels',
    description: 'Mails about payments and orders cannot be switched off. All choices are made, or none.',
    tag: 'Accounts',
    who: 'signed-in',
    body: choicesBody,
    success: { status: 200, schema: notificationSettings, description: 'As it is now' },
    problems: [],
    records: { nothing: 'users choose their own news' },
    async handle({ body: { choices }, session: { userId } }) {
      choices.forEach(({ kind, channel, on }, index) => {
        const offer = newsChannels.includes(channel) ? offerOf(kind, channel) : undefined;
        if (offer === undefined || (offer === 'always' && !on))
          throw invalid(`/choices/${index}`, 'not_offered');
      });
      const rows = choices.map(({ kind, channel, on }) => ({ user_id: userId, kind, channel, chosen: on }));
      await transact(db, (trx) =>
        trx('notification_choices').insert(rows).onConflict(['user_id', 'kind', 'channel']).merge(['chosen']),
      );
      return settingsOf(deps, userId);
    },
  });
}

async function settingsOf({ db, newsChannels }: ChoiceDeps, userId: number) {
  const [isChosen, phone] = await Promise.all([readChoices(db, [userId]), latestPhone(db, userId)]);
  return {
    channels: [...newsChannels],
    kinds: (Object.keys(newsKinds) as NewsKind[]).map((kind) => ({
      kind,
      channels: newsChannels
        .filter((channel) => offerOf(kind, channel) !== undefined)
        .map((channel) => ({
          channel,
          on: isChosen(userId, kind, channel),
          fixed: offerOf(kind, channel) === 'always',
        })),
    })),
    phone: phone ? { number: phone.number, confirmed: phone.confirmed_at !== null } : null,
  };
}

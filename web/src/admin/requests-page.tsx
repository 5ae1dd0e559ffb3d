/** Users who ask to become organizers. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { z } from 'zod';
import type { organizerRequest } from '@seatdrop/shared/contract/organizer-requests.ts';
import { ask, Refusal } from '../api/http.ts';
import { pages } from '../api/reading.ts';
import { useSay } from '../design/announcer.tsx';
import { Button } from '../design/button.tsx';
import { ConfirmDialog } from '../design/confirm-dialog.tsx';
import { Empty } from '../design/empty.tsx';
import { Paged } from '../design/paged.tsx';
import rows from '../design/rows.module.css';
import { useApiForm } from '../forms/use-api-form.ts';
import { useLocale } from '../i18n/locale.tsx';
import { AreaField, SelectField } from '../staff/fields.tsx';
import { useStaffFault } from '../staff/use-staff-fault.ts';
import { AdminFrame } from './admin-frame.tsx';
import styles from './admin.module.css';
import { useRequestWords } from './request-words.ts';
import own from './requests.module.css';

type Request = z.infer<typeof organizerRequest>;

const statuses = ['open', 'accepted', 'declined'] as const;
const key = 'organizer requests';
const requestsQuery = (status: Request['status']) =>
  pages<Request>([key, status], `/organizer-requests?status=${status}`, 20);

export default function RequestsPage() {
  const words = useRequestWords();
  const [status, setStatus] = useState<Request['status']>('open');
  const query = useInfiniteQuery(requestsQuery(status));
  return (
    <AdminFrame title={words.title} lead={words.lead}>
      <div className={styles.search}>
        <SelectField
          label={words.show}
          value={status}
          className={styles.select}
          onChange={({ target }) => setStatus(target.value as Request['status'])}
        >
          {statuses.map((each) => (
            <option key={each} value={each}>
              {words.statuses[each]}
            </option>
          ))}
        </SelectField>
      </div>
      <Paged query={query} heights={[7, 7, 7]} empty={<Empty title={words.empty} hint={words.emptyHint} />}>
        {(requests) => (
          <ul className={rows.rows}>
            {requests.map((request) => (
              <li key={request.id} className={styles.user}>
                <RequestRow request={request} />
              </li>
            ))}
          </ul>
        )}
      </Paged>
    </AdminFrame>
  );
}

function RequestRow({
  request: { id, user, text, status, reason, ...times },
  request,
}: {
  request: Request;
}) {
  const { format } = useLocale();
  const words = useRequestWords();
  const moment = (at: string) => format.moment(at, format.here);
  return (
    <>
      <div className={rows.cell}>
        <p className={rows.name} id={`request-${id}`}>
          <bdi>{user.name}</bdi>
          {user.bannedAt !== null && <span className={styles.banned}>{words.banned}</span>}
        </p>
        <p className={rows.soft}>
          <bdi>{user.email}</bdi> · {words.asked(moment(times.createdAt))}
        </p>
        <p className={own.text} dir="auto">
          {text}
        </p>
        {times.decidedAt !== null && <p className={rows.soft}>{words.decided(moment(times.decidedAt))}</p>}
        {reason !== null && (
          <p className={own.text}>
            {words.answer} <bdi>{reason}</bdi>
          </p>
        )}
        <p className={styles.links}>
          <Link href={`/admin/orders?buyer=${user.id}`} aria-describedby={`request-${id}`}>
            {words.orders}
          </Link>
          <Link href={`/admin/audit?subject=user:${user.id}`} aria-describedby={`request-${id}`}>
            {words.history}
          </Link>
        </p>
      </div>
      {status === 'open' && <Decision request={request} />}
    </>
  );
}

function Decision({ request }: { request: Request }) {
  const words = useRequestWords();
  const [way, setWay] = useState<'accept' | 'decline'>();
  return (
    <div className={rows.actions}>
      {(['accept', 'decline'] as const).map((each) => (
        <Button
          key={each}
          look="quiet"
          aria-describedby={`request-${request.id}`}
          onClick={() => setWay(each)}
        >
          {words[each]}
        </Button>
      ))}
      {way && <DecisionDialog request={request} way={way} onClose={() => setWay(undefined)} />}
    </div>
  );
}

const contract = () => import('@seatdrop/shared/contract/organizer-requests.ts');
const schemas = {
  accept: async () => (await contract()).organizerAcceptance,
  decline: async () => (await contract()).organizerRefusal,
};

type DialogProps = { request: Request; way: 'accept' | 'decline'; onClose: () => void };

function DecisionDialog({ request: { id, user }, way, onClose }: DialogProps) {
  const words = useRequestWords();
  const client = useQueryClient();
  const say = useSay();
  const staffFault = useStaffFault();
  const refresh = () => client.invalidateQueries({ queryKey: [key] });
  const form = useApiForm<{ reason: string }, { reason?: string | undefined }>({
    schema: schemas[way],
    defaultValues: { reason: '' },
    bodyOf: ({ reason }) => (way === 'accept' && reason.trim() === '' ? {} : { reason }),
    async send(body) {
      await ask<Request>('POST', `/organizer-requests/${id}/${way}`, { body });
      say(words.said(user.name));
      onClose();
      await refresh();
    },
    wordsOf(error) {
      if (!(error instanceof Refusal)) return staffFault(error);
      if (error.code === 'request_decided') return words.gone;
      return error.code === 'not_allowed' && user.bannedAt !== null ? words.bannedFault : staffFault(error);
    },
    checksOnLeaving: false,
  });
  return (
    <ConfirmDialog
      title={words[`${way}Title`](user.name)}
      text={words[`${way}Text`]}
      yes={words[way]}
      no={words.no}
      bad={way === 'decline'}
      busy={form.formState.isSubmitting}
      fault={form.formFault}
      onYes={() => void form.submit()}
      onClose={onClose}
    >
      <form {...form.formProps}>
        <AreaField {...form.field('reason')} label={words[`${way}Reason`]} rows={4} maxLength={500} />
      </form>
    </ConfirmDialog>
  );
}

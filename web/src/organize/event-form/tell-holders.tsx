import { useQuery } from '@tanstack/react-query';
import type { InputHTMLAttributes, Ref } from 'react';
import { longestMailing } from '@seatdrop/shared/contract/mailing-limits.ts';
import { Notice } from '../../design/notice.tsx';
import { AreaField } from '../../staff/fields.tsx';
import { holdersQuery } from '../../staff/queries.ts';
import { useWords } from '../../staff/use-words.ts';
import { CheckBox } from '../late-box.tsx';

type TellHoldersProps = {
  eventId: number;
  /** Its time or place changes: holders are told in any case. */
  isMoved: boolean;
  /** Chosen for other changes. */
  isChosen: boolean;
  choice: InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };
  line: { name: string; error?: string | undefined; ref?: Ref<HTMLTextAreaElement> };
};

/** How many people hold tickets of an event that is being changed, and what they are told. */
export function TellHolders({ eventId, isMoved, isChosen, choice, line }: TellHoldersProps) {
  const { holders: words } = useWords();
  const { data } = useQuery(holdersQuery(eventId));
  const holders = data?.holders ?? 0;
  if (holders === 0) return null;
  return (
    <>
      {isMoved ? (
        <Notice>{words.moved(holders)}</Notice>
      ) : (
        <CheckBox {...choice} label={words.tell(holders)} />
      )}
      {(isMoved || isChosen) && (
        <AreaField {...line} label={words.line} hint={words.lineHint} maxLength={longestMailing} rows={3} />
      )}
    </>
  );
}

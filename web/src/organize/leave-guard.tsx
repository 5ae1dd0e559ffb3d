import { useLayoutEffect, useState } from 'react';
import { ConfirmDialog } from '../design/confirm-dialog.tsx';
import { holdPage } from '../shell/leaving.ts';
import { useWords } from '../staff/use-words.ts';

/** Asks before unsaved work is left. */
export function LeaveGuard({ when }: { when: boolean }) {
  const { leave: words } = useWords();
  const [leave, setLeave] = useState<{ go: () => void }>();
  // In the same commit: a page is left right after it is saved.
  useLayoutEffect(() => (when ? holdPage((go) => setLeave({ go })) : undefined), [when]);
  if (!leave) return null;
  return (
    <ConfirmDialog
      title={words.title}
      text={words.text}
      yes={words.yes}
      no={words.no}
      onYes={leave.go}
      onClose={() => setLeave(undefined)}
    />
  );
}

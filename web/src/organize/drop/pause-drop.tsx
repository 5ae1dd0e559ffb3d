import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../../api/http.ts';
import type { Drop } from '../../api/types.ts';
import { useSay } from '../../design/announcer.tsx';
import { Button } from '../../design/button.tsx';
import { Notice } from '../../design/notice.tsx';
import { AskingButton } from '../../staff/asking-button.tsx';
import { useStaffFault } from '../../staff/use-staff-fault.ts';
import { useWords } from '../../staff/use-words.ts';

type PauseDropProps = { drop: Drop; isPaused: boolean; refetch: () => Promise<unknown> };

/** Pausing stops many buyers, so it asks for confirmation; resuming does no harm and happens at once. */
export function PauseDrop({ drop, isPaused, refetch }: PauseDropProps) {
  const { dropPages: words, form } = useWords();
  const faultOf = useStaffFault();
  const say = useSay();
  const client = useQueryClient();
  const change = async (what: 'pause' | 'resume') => {
    await ask('POST', `/drops/${drop.id}/${what}`);
    await refetch();
    void client.invalidateQueries({ queryKey: ['drops', drop.id] });
    say(what === 'pause' ? words.paused : words.resumed);
  };
  const resume = useMutation({ mutationFn: () => change('resume') });

  if (!isPaused) {
    return (
      <AskingButton
        label={words.pause}
        title={words.pauseTitle}
        text={words.pauseText}
        yes={words.pauseYes}
        no={form.cancel}
        act={() => change('pause')}
      />
    );
  }
  return (
    <>
      <Button busy={resume.isPending} onClick={() => resume.mutate()}>
        {words.resume}
      </Button>
      {resume.error && <Notice tone="bad">{faultOf(resume.error)}</Notice>}
    </>
  );
}

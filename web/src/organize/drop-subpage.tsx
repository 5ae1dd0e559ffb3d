import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import type { Drop, Event } from '../api/types.ts';
import { CsvLink } from './csv-link.tsx';
import { LoadedDrop } from './loaded.tsx';
import { DropFrame } from './drop-frame.tsx';

type DropSubpageProps = {
  title: string;
  /** The text of the link that downloads the orders. */
  csv: string;
  children: (drop: Drop, event: Event) => ReactNode;
};

/** A page about the orders of the drop that the address names. */
export function DropSubpage({ title, csv, children }: DropSubpageProps) {
  const { id } = useParams<{ id: string }>();
  return (
    <LoadedDrop id={id}>
      {(drop, event) => (
        <DropFrame
          drop={drop}
          event={event}
          title={title}
          actions={<CsvLink dropId={drop.id}>{csv}</CsvLink>}
        >
          {children(drop, event)}
        </DropFrame>
      )}
    </LoadedDrop>
  );
}

/** All posters drawn by hand, by name. */
import type { ComponentType } from 'react';
import type { PictureName } from '@seatdrop/shared/posters.ts';
import { ComedyArt } from './comedy-art.tsx';
import { DerbyArt } from './derby-art.tsx';
import { HouseArt } from './house-art.tsx';
import { LanternsArt } from './lanterns-art.tsx';
import { PromsArt } from './proms-art.tsx';

export const posters: Record<PictureName, ComponentType> = {
  lanterns: LanternsArt,
  derby: DerbyArt,
  proms: PromsArt,
  comedy: ComedyArt,
  seatdrop: HouseArt,
};

/** What this device keeps about itself: its id, and the name of the door where it stands. */
import { useState } from 'react';
import { doorName } from '@seatdrop/shared/contract/check-ins.ts';
import { newNonce } from '../../api/nonce.ts';

const storedDevice = 'seatdrop.door.device';
const storedName = 'seatdrop.door.name';
const storedSound = 'seatdrop.door.sound';

export type ThisDoor = { device: string; door: string | undefined };

/** Without storage the device has another id each time the page is loaded. */
let unstoredDevice: string | undefined;

function deviceId(): string {
  const known = read(storedDevice);
  if (known !== null && /^[\w-]{8,64}$/.test(known)) return known;
  unstoredDevice ??= newNonce();
  write(storedDevice, unstoredDevice);
  return unstoredDevice;
}

/** The name as the API takes it; undefined if it would refuse it. */
export function readDoorName(typed: string): string | undefined {
  return doorName.safeParse(typed).data;
}

export function useThisDoor() {
  const [device] = useState(deviceId);
  const [door, setDoor] = useState(() => readDoorName(read(storedName) ?? ''));
  const nameDoor = (name: string | undefined) => {
    write(storedName, name ?? '');
    setDoor(name);
  };
  return { device, door, nameDoor };
}

export function useSoundChoice(): [isOn: boolean, set: (isOn: boolean) => void] {
  const [isOn, setOn] = useState(() => read(storedSound) !== 'off');
  return [
    isOn,
    (next) => {
      write(storedSound, next ? 'on' : 'off');
      setOn(next);
    },
  ];
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Without storage it lasts until the page is left.
  }
}

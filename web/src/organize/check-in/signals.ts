/** Tells the person at the door without a look at the screen: a tone and a vibration, both different for yes and no. */
type Signal = 'yes' | 'no';

const tones: Record<Signal, readonly { hertz: number; from: number; seconds: number }[]> = {
  yes: [{ hertz: 1320, from: 0, seconds: 0.12 }],
  no: [
    { hertz: 220, from: 0, seconds: 0.18 },
    { hertz: 220, from: 0.26, seconds: 0.3 },
  ],
};
const vibrations: Record<Signal, number[]> = { yes: [70], no: [180, 90, 180] };

let audio: AudioContext | undefined;

/** Browsers allow sound only after a press. */
export function allowSound(): void {
  if (!('AudioContext' in globalThis)) return;
  audio ??= new AudioContext();
  if (audio.state === 'suspended') audio.resume().catch(() => undefined);
}

export function giveSignal(signal: Signal, { sound }: { sound: boolean }): void {
  // Missing on iPhones; refused by others until something was pressed.
  if ('vibrate' in navigator) navigator.vibrate(vibrations[signal]);
  if (!sound || audio?.state !== 'running') return;
  for (const { hertz, from, seconds } of tones[signal]) {
    const begins = audio.currentTime + from;
    const oscillator = new OscillatorNode(audio, {
      frequency: hertz,
      type: signal === 'yes' ? 'sine' : 'square',
    });
    const volume = new GainNode(audio, { gain: 0.2 });
    volume.gain.setTargetAtTime(0, begins + seconds * 0.8, 0.01);
    oscillator.connect(volume).connect(audio.destination);
    oscillator.start(begins);
    oscillator.stop(begins + seconds);
  }
}

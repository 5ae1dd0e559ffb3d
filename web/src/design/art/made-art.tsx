/** Seats seen from the stage, a field of light, or curtains: the title decides which, and in what colours. */
const palettes = [
  ['#142a3a', '#e4572e', '#f2c57c', '#7fb7be'],
  ['#2b1740', '#f25f5c', '#ffe066', '#70c1b3'],
  ['#10312b', '#e9c46a', '#f4a261', '#8fc9b5'],
  ['#3a1420', '#f4d6cc', '#f4845f', '#7fb3d5'],
  ['#1b2350', '#ffb4a2', '#f6e27f', '#6d9dc5'],
  ['#26322b', '#dfe07c', '#f08a4b', '#b8d8ba'],
] as const;

export function MadeArt({ title }: { title: string }) {
  const random = randomFrom(title);
  const [ground, ...lights] = palettes[Math.floor(random() * palettes.length)]!;
  const pick = () => lights[Math.floor(random() * lights.length)]!;
  const kind = Math.floor(random() * 3);
  return (
    <>
      <rect width="800" height="600" fill={ground} />
      {kind === 0 && <House random={random} pick={pick} />}
      {kind === 1 && <Beams random={random} pick={pick} />}
      {kind === 2 && <Waves random={random} pick={pick} />}
    </>
  );
}

type Parts = { random: () => number; pick: () => string };

function House({ random, pick }: Parts) {
  const main = pick();
  const rows = Array.from({ length: 9 }, (_, row) => row);
  const lit = Math.floor(random() * 60) + 40;
  let seat = 0;
  return rows.flatMap((row) => {
    const radius = 170 + row * 62;
    const count = Math.floor(radius / 17);
    return Array.from({ length: count }, (_, index) => {
      const angle = Math.PI * (0.12 + (0.76 * index) / (count - 1));
      seat += 1;
      const isLit = seat === lit;
      return (
        <circle
          key={`${row} ${index}`}
          cx={Math.round(400 - Math.cos(angle) * radius)}
          cy={Math.round(760 - Math.sin(angle) * radius)}
          r={isLit ? 21 : 14}
          fill={isLit ? '#ffc629' : main}
          opacity={isLit ? 1 : 0.35 + random() * 0.5}
        />
      );
    });
  });
}

function Beams({ random, pick }: Parts) {
  return Array.from({ length: 7 }, (_, index) => {
    const from = 60 + index * 113;
    const to = random() * 800;
    const width = 60 + random() * 120;
    return (
      <path
        key={index}
        d={`M${from} 0 ${Math.round(to + width)} 600H${Math.round(to - width)}Z`}
        fill={pick()}
        opacity=".38"
      />
    );
  });
}

function Waves({ random, pick }: Parts) {
  return Array.from({ length: 8 }, (_, index) => {
    const y = 90 + index * 68;
    const swing = 30 + random() * 60;
    return (
      <path
        key={index}
        d={`M-20 ${y}Q200 ${Math.round(y - swing)} 400 ${y}T820 ${y}V620H-20Z`}
        fill={pick()}
        opacity={0.25 + index * 0.08}
      />
    );
  });
}

/** The same sequence of numbers for the same text (mulberry32 over an FNV-1a hash). */
function randomFrom(text: string): () => number {
  let state = 0x811c9dc5;
  for (const char of text) state = Math.imul(state ^ char.codePointAt(0)!, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

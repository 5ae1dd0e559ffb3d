/** A cello from close by, in the snow. */
const flakes = [
  [60, 80, 9],
  [140, 210, 6],
  [84, 330, 8],
  [40, 480, 10],
  [190, 520, 6],
  [230, 96, 7],
  [716, 70, 8],
  [640, 150, 6],
  [752, 230, 10],
  [690, 340, 7],
  [744, 470, 8],
  [610, 540, 9],
  [570, 60, 6],
  [300, 560, 5],
] as const;

export function PromsArt() {
  return (
    <>
      <rect width="800" height="600" fill="#2b3d52" />
      {flakes.map(([x, y, r]) => (
        <circle key={`${x} ${y}`} cx={x} cy={y} r={r} fill="#e9f0f4" opacity=".8" />
      ))}
      <path
        d="M400 20c108 0 196 52 196 150 0 62-44 78-44 130s74 70 74 176c0 90-96 184-226 184S174 566 174 476c0-106 74-124 74-176s-44-68-44-130C204 72 292 20 400 20Z"
        fill="#5c2415"
      />
      <path
        d="M400 40c98 0 176 46 176 130 0 54-46 74-46 130s76 80 76 176c0 82-88 164-206 164s-206-82-206-164c0-96 76-120 76-176s-46-76-46-130C224 86 302 40 400 40Z"
        fill="#b5602c"
      />
      <path
        d="M400 40c98 0 176 46 176 130 0 54-46 74-46 130s76 80 76 176c0 82-88 164-206 164Z"
        fill="#9d4f22"
      />
      {[1, -1].map((side) => (
        <g
          key={side}
          transform={`translate(400 0) scale(${side} 1)`}
          fill="none"
          stroke="#2a0f09"
          strokeLinecap="round"
        >
          <path d="M78 268c30-18 44 10 30 44-14 36-34 60-20 112 10 40 40 46 58 20" strokeWidth="13" />
          <circle cx="84" cy="274" r="9" fill="#2a0f09" strokeWidth="6" />
          <circle cx="142" cy="438" r="10" fill="#2a0f09" strokeWidth="6" />
          <path d="M84 352h30" strokeWidth="6" />
        </g>
      ))}
      <path d="M362 0h76l14 236h-104Z" fill="#1c1210" />
      <path d="M330 392q70-34 140 0l10 26H320Z" fill="#e0b877" />
      <path d="M366 508h68l22 92H344Z" fill="#1c1210" />
      <path
        d="M374 0 362 400l14 120M391 0l-5 394 4 126M409 0l5 394-4 126M426 0l12 400-14 120"
        stroke="#f3ead7"
        strokeWidth="3.5"
        fill="none"
      />
      <path d="M96 246 716 330" stroke="#efe3cc" strokeWidth="5" />
      <path d="M96 232 716 316" stroke="#3a1a10" strokeWidth="11" strokeLinecap="round" />
    </>
  );
}

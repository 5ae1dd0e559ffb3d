/** The seats of a house from above, one of them taken: for previews of events without a poster of their own. */
export function HouseArt() {
  const rows = [0, 1, 2, 3, 4, 5, 6];
  return (
    <>
      <rect width="800" height="600" fill="#14191c" />
      {rows.flatMap((row) =>
        Array.from({ length: 15 }, (_, seat) => {
          const isYours = row === 4 && seat === 8;
          const bend = (seat - 7) ** 2 * 1.3;
          return (
            <circle
              key={`${row} ${seat}`}
              cx={400 + (seat - 7) * 52}
              cy={150 + row * 54 - bend}
              r={isYours ? 24 : 15}
              fill={isYours ? '#ffc629' : '#5f6c72'}
              opacity={isYours ? 1 : 0.9 - row * 0.07}
            />
          );
        }),
      )}
    </>
  );
}

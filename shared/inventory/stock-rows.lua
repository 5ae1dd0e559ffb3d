-- Loads rows of a partition that is not on sale yet, a portion in each call: a drop may have more rows than one call
-- should write. They take effect when stock.lua puts the partition on sale. Safe to repeat.
--
-- ARGV  1 number of the first row  2.. rows, in order: '.' free, '-' in another partition
-- reply {'written'}  {'there'} it is on sale already
if meta then return { 'there' } end
for i = 2, #ARGV do
  local index, seats = tonumber(ARGV[1]) + i - 2, ARGV[i]
  local run = longestRun(seats)
  add(unwritten.rows, index, seats)
  if run > 0 then addRun(index, run) end
end
writeOne('HSET', ROWS, unwritten.rows)
writeOne('ZADD', RUNS, unwritten.runs)
return { 'written' }

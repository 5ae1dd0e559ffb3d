-- Puts a partition's seats on sale, or updates the limits of one that is on sale. Never touches seats of a partition
-- that exists, so it is safe to repeat at any time.
--
-- ARGV  1 maxPerBuyer  2 standbyLimit  3 holdMs  4 partitions of the drop  5 lapsePauseMs  6 seats of the drop
--       7 '1' if it may be put on sale, '0' if it was before: then a missing one was lost, and must not be put on sale
--         again with all its seats free
--       8 closesAt (ms)
--       9 number of rows of the drop, which stock-rows.lua must have loaded  10 number of seats of this partition
-- reply {'stocked'}  {'updated'}  {'lost'}  {'without_rows'} nothing was changed: the rows have to be loaded first
--       {'closed'} nothing was changed: it has closed after entries were decided, and their buyers may have been told
local closesAt = tonumber(ARGV[8])
if not meta and ARGV[7] ~= '1' then return { 'lost' } end
if not meta and redis.call('HLEN', ROWS) ~= tonumber(ARGV[9]) then return { 'without_rows' } end
if meta and (meta.isOver or (meta.isClosed and meta.decided > 0 and closesAt ~= meta.closesAt)) then
  return { 'closed' }
end
local lapsePauseMs = redis.call('HGET', META, 'lapsePauseMs') or '0'
redis.call('HSET', META, 'maxPerBuyer', ARGV[1], 'standbyLimit', ARGV[2], 'holdMs', ARGV[3],
  'lapsePauseMs', ARGV[5], 'dropCapacity', ARGV[6], 'closesAt', ARGV[8])
if meta then
  -- Recorded, because outcomes are verified against the limits of their time.
  if meta.maxPerBuyer ~= tonumber(ARGV[1]) or meta.standbyLimit ~= tonumber(ARGV[2]) or meta.holdMs ~= tonumber(ARGV[3]) or
    tonumber(lapsePauseMs) ~= tonumber(ARGV[5]) or meta.closesAt ~= closesAt then
    ledger('t', 'terms', 'm', ARGV[1], 'w', ARGV[2], 'x', ARGV[3], 'p', ARGV[5], 'c', ARGV[8])
  end
  return { 'updated' }
end

local capacity = ARGV[10]
redis.call('HSET', META, 'capacity', capacity, 'free', capacity, 'held', 0, 'paying', 0, 'sold', 0,
  'status', 'open', 'sequence', 0, 'decided', 0, 'partitions', ARGV[4], 'soldOutBy', ARGV[4],
  'version', int(microseconds))
ledger('t', 'stock', 'n', capacity, 'm', ARGV[1], 'w', ARGV[2], 'x', ARGV[3], 'p', ARGV[5], 'c', ARGV[8])
return { 'stocked' }

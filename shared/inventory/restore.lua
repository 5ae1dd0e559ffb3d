-- Loads a partition that Redis has lost, whole, as it was worked out from the archived ledger and MySQL (restore.ts).
-- Seats that are free by that go to standby as ever.
--
-- ARGV  1 the last archived record of the ledger, '' for none: the new ledger goes on from there
--       2 '1' to replace a partition that is there, as long as nothing was recorded after that record
--       3 JSON: {terms: [maxPerBuyer, standbyLimit, holdMs, status, sequence, decided, partitions, lapsePauseMs],
--           rows: [row...], holds: [[hold, state, buyer, expiresAt, seats, attempt, payer]...],
--           entries: [[buyer, state]...], standby: [[buyer, score]...], untold: [hold...],
--           batches: [[batch, reply]...] oldest first, sent: [[channel, number]...], skipped: [range...],
--           lent: [[transfer, 'partition|seats']...], borrowed: [transfer...], lapses: [[buyer, 'how many|until']...],
--           records: [[field...]...] for the ledger}; all values are strings
--       4 the bitmap of those who got nothing
-- reply {'restored'}  {'exists'}  {'moved'} something was recorded since
if meta then
  if ARGV[2] ~= '1' then return { 'exists' } end
  local last = redis.call('XREVRANGE', LEDGER, '+', '-', 'COUNT', 1)[1]
  if last and last[1] ~= ARGV[1] then return { 'moved' } end
end
-- A stream knows of no other one that came before it, and buyers have been told versions; the clock of this node may be
-- behind that of the one that was lost.
local after = tonumber(ARGV[1]:match('^%d+') or '0')
local version = math.max(meta and meta.version or 0, (after + 1) * 1000)
redis.call('DEL', unpack(KEYS))

local from = cjson.decode(ARGV[3])
local terms = from.terms
meta = { capacity = 0, free = 0, held = 0, paying = 0, sold = 0, maxPerBuyer = tonumber(terms[1]),
  standbyLimit = tonumber(terms[2]), holdMs = tonumber(terms[3]), status = terms[4], sequence = tonumber(terms[5]),
  decided = tonumber(terms[6]), partitions = tonumber(terms[7]), searchFrom = {}, version = version }
for quantity = 1, meta.maxPerBuyer do meta.searchFrom[quantity] = 0 end
redis.call('HSET', META, 'maxPerBuyer', terms[1], 'standbyLimit', terms[2], 'holdMs', terms[3], 'status', terms[4],
  'partitions', terms[7], 'soldOutBy', terms[7], 'lapsePauseMs', terms[8])

for i, seats in ipairs(from.rows) do
  redis.call('HSET', ROWS, i - 1, seats)
  local _, elsewhere = seats:gsub('%-', '')
  local _, free = seats:gsub('%.', '')
  if free > 0 then redis.call('ZADD', OPEN, i - 1, i - 1) end
  meta.capacity = meta.capacity + #seats - elsewhere
  meta.free = meta.free + free
end

for _, hold in ipairs(from.holds) do
  local id, state, count = hold[1], hold[2], countSeats(hold[5])
  redis.call('HSET', HOLDS, id, table.concat(hold, '|', 2))
  if state == 'h' then
    meta.held = meta.held + count
    redis.call('ZADD', DUE, hold[4], id)
  elseif state == 'p' then
    meta.paying = meta.paying + count
    redis.call('ZADD', PAYING, int(now), id)
  elseif state == 's' then
    meta.sold = meta.sold + count
  end
end
for _, entry in ipairs(from.entries) do redis.call('HSET', ENTRIES, entry[1], entry[2]) end
for _, standing in ipairs(from.standby) do redis.call('ZADD', STANDBY, standing[2], standing[1]) end
for _, id in ipairs(from.untold) do redis.call('HSET', UNTOLD, id, int(now)) end
for _, batch in ipairs(from.batches) do
  redis.call('HSET', BATCHES, batch[1], batch[2])
  redis.call('RPUSH', ORDER, batch[1])
end
for _, channel in ipairs(from.sent) do redis.call('HSET', SENT, channel[1], channel[2]) end
for _, range in ipairs(from.skipped) do redis.call('ZADD', SKIPPED, 0, range) end
for _, transfer in ipairs(from.lent) do redis.call('HSET', LENT, transfer[1], transfer[2]) end
-- Each as of a version of its own, so that publishers get them portion by portion.
for i, lapses in ipairs(from.lapses) do
  redis.call('HSET', LAPSES, lapses[1], lapses[2])
  if lapses[2] ~= '0|0' then redis.call('ZADD', LAPSED, i, lapses[1]) end
end
for _, transfer in ipairs(from.borrowed) do redis.call('HSET', BORROWED, transfer, 1) end
if #ARGV[4] > 0 then redis.call('SET', SOLDOUT, ARGV[4]) end

for i, record in ipairs(from.records) do
  if i == 1 then redis.call('XADD', LEDGER, int(math.max(now, after + 1)) .. '-0', unpack(record))
  else ledger(unpack(record)) end
end
promote()
save()
return { 'restored' }

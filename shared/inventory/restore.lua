-- Loads a partition that Redis has lost, as computed from the archived ledger and MySQL (restore.ts).
--
-- A drop may be too large for one call, so it comes in portions, into keys of their own. The last step puts these in
-- place of the partition's keys, all at once; until then every other script sees what was there before, or nothing.
-- The portions of an interrupted restore expire within a day; the next restore starts from the beginning.
-- Free seats go to standby afterwards, by promote.lua; claim.lua decides nothing before that is done.
--
-- KEYS  20 to 38: the keys that portions go into, in the order of 1 to 19
-- ARGV  1 step  2 name of this restore, so that two at once do not mix
--       'begin'  3 the last archived record of the ledger, '' for none: the new ledger continues from there
--                4 '1' to replace an existing partition, provided nothing was recorded after that record
--       'load'   3 number of the portion, from 1  4 name of the key, as in keys.ts  5... what goes into it:
--                fields and values of a hash, scores and members of a sorted set, members of a list, bytes of a string;
--                'paying' and 'untold': members alone, their time is now; 'rows': rows in order from 0, from which
--                `runs` is built as well; 'ledger': records, each as the number of its arguments and these
--       'end'    3 how many portions there were
-- reply {'loading'}  {'restored'}  {'exists'}  {'moved'} something was recorded since
--       {'lost'} portions are missing, or another restore has begun: start again
local OWN = #KEYS / 2
local INTO = { unpack(KEYS, OWN + 1) }
local INTO_META = INTO[1]
local step, name = ARGV[1], ARGV[2]
local RUNS_AT = 3 -- as in KEYS
local DAY = 86400

local function inTheWay(upTo, mayReplace)
  if not meta then return nil end
  if mayReplace ~= '1' then return 'exists' end
  local last = redis.call('XREVRANGE', LEDGER, '+', '-', 'COUNT', 1)[1]
  if last and last[1] ~= upTo then return 'moved' end
  return nil
end

if step == 'begin' then
  local obstacle = inTheWay(ARGV[3], ARGV[4])
  if obstacle then return { obstacle } end
  redis.call('UNLINK', unpack(INTO))
  redis.call('HSET', INTO_META, 'restore', name, 'portions', 0, 'upTo', ARGV[3], 'mayReplace', ARGV[4])
  redis.call('EXPIRE', INTO_META, DAY)
  return { 'loading' }
end

-- The last step was done before; its answer was lost, and it was sent again.
if step == 'end' and redis.call('HGET', META, 'restored') == name then return { 'restored' } end

local of = redis.call('HMGET', INTO_META, 'restore', 'portions', 'upTo', 'mayReplace')
if of[1] ~= name then return { 'lost' } end
local portions, upTo, mayReplace = tonumber(of[2]), of[3], of[4]
local number = tonumber(ARGV[3])
local after = tonumber(upTo:match('^%d+') or '0')

if step == 'load' then
  if number <= portions then return { 'loading' } end
  if number > portions + 1 then return { 'lost' } end
  local key
  for i = 1, OWN do
    if KEYS[i]:match('[^:]+$') == ARGV[4] then key = INTO[i] end
  end
  local kind, given = ARGV[4], { unpack(ARGV, 5) }

  if kind == 'rows' then
    local first = redis.call('HLEN', key)
    for i, seats in ipairs(given) do
      local index, run = first + i - 1, longestRun(seats)
      add(unwritten.rows, index, seats)
      if run > 0 then addRun(index, run) end
    end
    writeOne('HSET', key, unwritten.rows)
    writeOne('ZADD', INTO[RUNS_AT], unwritten.runs)
    redis.call('EXPIRE', INTO[RUNS_AT], DAY)
  elseif kind == 'paying' then
    for _, id in ipairs(given) do redis.call('ZADD', key, int(now), id) end
  elseif kind == 'untold' then
    for _, id in ipairs(given) do redis.call('HSET', key, id, int(now)) end
  elseif kind == 'ledger' then
    local at = 1
    while given[at] do
      -- Ids must go on rising from the archived ones, but a new stream does not know these, and this node's clock may
      -- be behind that of the node that was lost.
      local id = redis.call('EXISTS', key) == 1 and '*' or int(math.max(now, after + 1)) .. '-0'
      local size = tonumber(given[at])
      redis.call('XADD', key, id, unpack(given, at + 1, at + size))
      at = at + 1 + size
    end
  elseif kind == 'order' then
    redis.call('RPUSH', key, unpack(given))
  elseif kind == 'soldout' then
    redis.call('APPEND', key, given[1])
  elseif kind == 'due' or kind == 'standby' or kind == 'skipped' or kind == 'lapsed' then
    redis.call('ZADD', key, unpack(given))
  else
    redis.call('HSET', key, unpack(given))
  end
  redis.call('EXPIRE', key, DAY)
  redis.call('HSET', INTO_META, 'portions', number)
  return { 'loading' }
end

if number ~= portions then return { 'lost' } end
local obstacle = inTheWay(upTo, mayReplace)
if obstacle then return { obstacle } end
redis.call('HDEL', INTO_META, 'restore', 'portions', 'upTo', 'mayReplace')
-- The version must be above all that buyers were told.
redis.call('HSET', INTO_META, 'restored', name,
  'version', int(math.max(meta and meta.version + 1 or 0, (after + 1) * 1000, microseconds)))
redis.call('UNLINK', unpack(KEYS, 1, OWN))
for i = 1, OWN do
  if redis.call('EXISTS', INTO[i]) == 1 then
    redis.call('RENAME', INTO[i], KEYS[i])
    redis.call('PERSIST', KEYS[i])
  end
end
return { 'restored' }

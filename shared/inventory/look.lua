-- How a partition stands, in figures, without walking its seats. Its version moves on with the clock: so what Redis
-- has forgotten at a failover is soon told with a higher version than what buyers were told before, also in a
-- partition in which nothing happens any more.
--
-- reply {'gone'}  {'there', capacity, free, held, paying, sold, id of the latest ledger record, version before, status}
if not meta then return { 'gone' } end
local before = int(meta.version)
-- A full memory must not keep anybody from looking.
if microseconds > meta.version then redis.pcall('HSET', META, 'version', int(microseconds)) end
local last = redis.call('XREVRANGE', LEDGER, '+', '-', 'COUNT', 1)[1]
return { 'there', meta.capacity, meta.free, meta.held, meta.paying, meta.sold, last and last[1] or '', before, meta.status }

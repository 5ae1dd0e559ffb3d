-- Ends a partition that has closed, or was cancelled, once nothing is left to carry through: from here on nothing is
-- given out, whatever is still decided. What MySQL has later (orders, refunds) is followed as before.
--
-- reply {'over'}  {'busy'} seats are held, paid for or on their way, somebody stands by or has to be told, or it is open
--       {'not_stocked'}
if not meta then return { 'not_stocked' } end
if meta.isOver then return { 'over' } end
if not meta.isClosed or meta.held > 0 or meta.paying > 0 or redis.call('ZCARD', STANDBY) > 0
  or redis.call('HLEN', LENT) > 0 or redis.call('HLEN', UNTOLD) > 0 then
  return { 'busy' }
end
redis.call('HSET', META, 'status', 'over')
ledger('t', 'over')
save()
return { 'over' }

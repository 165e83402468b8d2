-- post.lua: wrk posts the reports of a pack, each one once: wrk ... -- PACK [close]
-- The requests are made whole at the start: the client shares the processors with the server, and
-- should take as little of them as it can.
local requests, at = {}, 0
local threads = 0

function setup(thread)
   thread:set("number", threads)
   threads = threads + 1
end

function init(arguments)
   local headers = { ["Content-Type"] = "application/tlsrpt+gzip" }
   if arguments[2] == "close" then headers["Connection"] = "close" end
   local file = assert(io.open(arguments[1], "rb"))
   while true do
      local length = file:read(4)
      if not length then break end
      local a, b, c, d = length:byte(1, 4)
      local body = file:read(a + b * 256 + c * 65536 + d * 16777216)
      requests[#requests + 1] = wrk.format("POST", nil, headers, body)
   end
   file:close()
   collectgarbage()
   at = number
end

function request()
   at = at + 1
   return requests[(at - 1) % #requests + 1]
end

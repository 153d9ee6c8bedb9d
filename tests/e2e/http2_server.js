// A vendor that speaks HTTP/2 over TLS: node http2_server.js <key> <certificate> <pages>. Prints its port;
// lists 10 devices a page; its last line, on SIGTERM, counts requests by protocol and connections.
'use strict'
const fs = require('fs')
const http2 = require('http2')
const [key, cert, pages] = process.argv.slice(2)

const counts = { connections: 0, protocols: {} }
const server = http2.createSecureServer({
  key: fs.readFileSync(key), cert: fs.readFileSync(cert), allowHTTP1: true,
}, (request, response) => {
  counts.protocols[request.httpVersion] = (counts.protocols[request.httpVersion] || 0) + 1
  const page = Number(new URL(request.url, 'https://x').searchParams.get('page'))
  const items = []
  for (let i = 0; page <= Number(pages) && i < 10; ++i) items.push({ id: `device-${page}-${i}` })
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(items))
})
server.on('secureConnection', () => { ++counts.connections })
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.on('SIGTERM', () => {
  console.log(JSON.stringify(counts))
  process.exit(0)
})

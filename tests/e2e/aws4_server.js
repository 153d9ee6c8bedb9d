// Verifies signed requests with aws4, an independent implementation: node aws4_server.js <folder of
// aws4>. Prints its port; answers 200 or 403; its last line, on SIGTERM, counts both.
'use strict'
const http = require('http')
const aws4 = require(process.argv[2])

const keys = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const counts = { accepted: 0, refused: 0 }

// Headers as they came, by lower-case name; several of one name joined as the specification says.
function headersOf (request) {
  const headers = {}
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i].toLowerCase()
    const value = request.rawHeaders[i + 1].trim()
    headers[name] = name in headers ? headers[name] + ',' + value : value
  }
  return headers
}

function mistakeIn (request, body) {
  const headers = headersOf(request)
  const given = /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/
    .exec(headers.authorization)
  if (!given) return 'Authorization: ' + headers.authorization
  const [, day, region, service, names, signature] = given
  const signed = {}
  for (const name of names.split(';')) {
    if (!(name in headers)) return name + ' is signed and was not sent'
    signed[name] = headers[name]
  }
  for (const name of Object.keys(headers)) {
    if ((name.startsWith('x-') || name === 'host') && !(name in signed)) return name + ' is not signed'
  }
  const token = headers['x-amz-security-token']
  if (token !== undefined && token !== 'token/+==') return 'the token is none of ours'
  if (!(headers['x-amz-date'] || '').startsWith(day)) return 'another day'
  if (headers['x-amz-content-sha256'] !== undefined &&
      headers['x-amz-content-sha256'] !== require('crypto').createHash('sha256').update(body).digest('hex')) {
    return 'another body'
  }
  const signer = new aws4.RequestSigner({
    method: request.method,
    path: request.url,
    host: headers.host,
    service,
    region,
    headers: signed,
    body: body.length ? body : undefined,
    extraHeadersToIgnore: { 'content-length': true },
  }, keys)
  signer.prepareRequest()
  if (signer.signature() === signature) return ''
  return 'expected for\n' + signer.canonicalString()
}

const server = http.createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    let mistake
    try {
      mistake = mistakeIn(request, Buffer.concat(chunks))
    } catch (error) {
      mistake = String(error)
    }
    counts[mistake ? 'refused' : 'accepted'] += 1
    response.writeHead(mistake ? 403 : 200)
    response.end(mistake)
  })
})
server.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port))
process.on('SIGTERM', () => {
  console.log(JSON.stringify(counts))
  process.exit(0)
})

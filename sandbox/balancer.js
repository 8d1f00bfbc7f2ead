// balancer.js: HTTP/2 and HTTP/1.1 over TLS in front of a tenant that has neither, as load balancers do.
//
// usage: node balancer.js TENANT CERT KEY PORT_FILE
//
// It has two ports, whose numbers go to PORT_FILE: that of the tenant's API, and that of its
// control, plain HTTP: POST /NAME?argument=N answers with a JSON object.
//
//   /counters        connections, requests by version, and most of them at once, since the last time
//   /retire?after=N  each connection takes N requests, and the client is told to go elsewhere: with
//                    GOAWAY, or Connection: close
//   /hang_up         all connections are closed, whatever is on them
//   /reset?code=C&times=N[&after=B]
//                    the next N requests are reset, in HTTP/2 with code C: before anything of them
//                    is passed on, or with after once the tenant has answered and B bytes were sent
//   /forget          none of this any more
'use strict';

const fs = require('fs');
const http = require('http');
const http2 = require('http2');

const [tenant, cert, key, portFile] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });
const hopByHop = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection'];

const connections = new Set();
let counters, retireAfter, reset;
let open = 0;

const zeros = () => ({ connections: 0, http1: 0, http2: 0, most: open });

function forget() {
	counters = zeros();
	retireAfter = Infinity;
	reset = { times: 0 };
}

// The end of a request that gets no whole answer.
function breakOff(request, reply, code) {
	if (reply.stream)
		reply.stream.close(code);
	else
		request.socket.destroy();
}

function passOn(request, body, reply, cut) {
	const headers = Object.entries(request.headers).filter(([name]) => !name.startsWith(':'));
	const onward = http.request(new URL(request.url, tenant),
		{ agent, method: request.method, headers: Object.fromEntries(headers) }, (answer) => {
			const parts = [];
			answer.on('data', (part) => parts.push(part));
			answer.on('end', () => {
				const whole = Buffer.concat(parts);
				reply.statusCode = answer.statusCode;
				for (const [name, value] of Object.entries(answer.headers))
					if (!hopByHop.includes(name))
						reply.setHeader(name, value);
				if (!cut)
					reply.end(whole);
				else
					reply.write(whole.subarray(0, cut.after), () => breakOff(request, reply, cut.code));
			});
			answer.on('error', () => breakOff(request, reply, http2.constants.NGHTTP2_INTERNAL_ERROR));
		});
	onward.on('error', () => breakOff(request, reply, http2.constants.NGHTTP2_INTERNAL_ERROR));
	onward.end(body);
}

// One more request on the connection: it may be its last.
function take(connection, reply) {
	connection.taken = (connection.taken || 0) + 1;
	if (connection.taken < retireAfter)
		return;
	if (!reply.stream)
		reply.setHeader('Connection', 'close');
	else if (!connection.closed)
		connection.close();
}

function onRequest(request, reply) {
	let cut;

	counters[reply.stream ? 'http2' : 'http1']++;
	counters.most = Math.max(counters.most, ++open);
	reply.on('close', () => open--);
	reply.on('error', () => {});
	take(reply.stream ? reply.stream.session : request.socket, reply);
	if (reset.times > 0) {
		reset.times--;
		if (reset.after === undefined) {
			breakOff(request, reply, reset.code);
			return;
		}
		cut = { ...reset };
	}
	const parts = [];
	request.on('data', (part) => parts.push(part));
	request.on('end', () => passOn(request, Buffer.concat(parts), reply, cut));
}

const server = http2.createSecureServer({ cert: fs.readFileSync(cert), key: fs.readFileSync(key), allowHTTP1: true });
server.on('secureConnection', (socket) => {
	counters.connections++;
	connections.add(socket);
	socket.on('close', () => connections.delete(socket));
	socket.on('error', () => {});
});
server.on('session', (session) => session.on('error', () => {}));
server.on('sessionError', () => {});
server.on('request', onRequest);

const commands = {
	'/counters': () => counters,
	'/retire': (given) => { retireAfter = given.after; return {}; },
	'/hang_up': () => { for (const socket of connections) socket.destroy(); return {}; },
	'/reset': (given) => { reset = given; return {}; },
	'/forget': () => { forget(); return {}; },
};

const control = http.createServer((request, reply) => {
	const url = new URL(request.url, 'http://control');
	const given = Object.fromEntries([...url.searchParams].map(([name, value]) => [name, Number(value)]));
	const command = commands[url.pathname];

	if (!command) {
		reply.writeHead(404).end();
		return;
	}
	reply.end(JSON.stringify(command(given)));
	if (url.pathname === '/counters')
		counters = zeros();
});

forget();
server.listen(0, '127.0.0.1', () => control.listen(0, '127.0.0.1', () => {
	fs.writeFileSync(`${portFile}.new`, `${server.address().port} ${control.address().port}\n`);
	fs.renameSync(`${portFile}.new`, portFile);
}));
// it ends with who has started it
process.stdin.resume().on('end', () => process.exit(0));

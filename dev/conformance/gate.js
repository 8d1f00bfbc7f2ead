// gate.js: a validating proxy that changes nothing of what it lets through.
//
//   client -> front -> Prism -> back -> tenant
//
// Prism judges each request and each reply by the document.  It also writes JSON anew as it goes,
// which costs 1.50 its zero; so the back hands the client's own bytes to the tenant, and the
// front the tenant's own bytes to the client.
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const http = require('http');
const net = require('net');
const path = require('path');

const NUMBER = 'x-gate-number';			// which exchange this is, between front and back
const DEPARTS = 'x-sandbox-departs';	// the tenant was told to leave the document's manner

const pairs = (raw) => {
	const found = {};
	for (let i = 0; i < raw.length; i += 2)
		found[raw[i]] = raw[i + 1];
	return found;
};

const listen = (server) => new Promise((resolve) =>
	server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

async function wholeBody(message) {
	const chunks = [];
	for await (const chunk of message)
		chunks.push(chunk);
	return Buffer.concat(chunks);
}

async function freePort() {
	const server = net.createServer();
	const port = await listen(server);
	await new Promise((resolve) => server.close(resolve));
	return port;
}

class Gate {
	constructor(document, upstream, folder) {
		this.document = document;
		this.upstream = new URL(upstream);
		this.file = path.join(folder, `${process.pid}-${Math.random().toString(36).slice(2)}.json`);
		this.exchanges = new Map();
		// one that was kept could be closed just when it is used again
		this.agent = new http.Agent({ keepAlive: false });
		this.seen = [];
	}

	async start() {
		this.back = http.createServer((...both) => this.toTenant(...both));
		this.front = http.createServer((...both) => this.fromClient(...both));
		this.front.keepAliveTimeout = 0;
		fs.writeFileSync(this.file, JSON.stringify(this.document));
		const behind = await listen(this.back);
		this.port = await freePort();
		this.prism = spawn(process.execPath, [
			require.resolve('@stoplight/prism-cli/dist/index.js'), 'proxy', '-v', 'error',
			'-h', '127.0.0.1', '-p', this.port, this.file, `http://127.0.0.1:${behind}`,
		], { stdio: ['ignore', 'ignore', 'inherit'] });
		await this.prismListens();
		this.url = `http://127.0.0.1:${await listen(this.front)}`;
	}

	async prismListens() {
		for (const end = Date.now() + 600000; Date.now() < end;) {
			const there = await new Promise((resolve) => {
				const socket = net.connect(this.port, '127.0.0.1', () => resolve(true));
				socket.on('error', () => resolve(false));
				socket.on('connect', () => socket.destroy());
			});
			if (there)
				return;
			if (this.prism.exitCode !== null)
				break;
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
		throw new Error('Prism did not start');
	}

	async fromClient(request, response) {
		const exchange = { method: request.method, url: request.url,
			headers: pairs(request.rawHeaders), body: await wholeBody(request) };
		const number = String(this.seen.length);
		const verdict = { method: request.method, path: request.url, request: [], response: [] };
		this.exchanges.set(number, exchange);
		this.seen.push(verdict);
		try {
			const judged = await this.send(this.port, request.url, exchange,
				{ ...exchange.headers, [NUMBER]: number }, (error) => {
					// of a reply without a body, Prism breaks off when it has said its judgement
					if (exchange.reply?.body.length !== 0)
						throw error;
					return exchange.reply.body;
				});
			this.judge(verdict, exchange, judged);
		} catch (error) {
			verdict.request.push(`Prism: ${error.message}`);
		}
		this.exchanges.delete(number);
		if (!exchange.reply)
			return request.socket.destroy();
		response.sendDate = false;
		response.writeHead(exchange.reply.status, exchange.reply.headers);
		response.end(exchange.reply.body);
	}

	// What Prism found goes by where it was found.  A reply that the tenant was told to spoil is
	// not held against it; the request before it was still ours.
	judge(verdict, exchange, judged) {
		const found = judged.headers['sl-violations'];
		verdict.status = exchange.reply?.status;
		verdict.departs = Boolean(exchange.reply && exchange.reply.departs);
		if (!exchange.reply && !exchange.broken)
			verdict.request.push(`Prism itself answered ${judged.status}: ${judged.body}`);
		if (!found)
			return;
		if (!found.startsWith('['))
			verdict.request.push(found.slice(0, 500));
		else
			for (const { location, message } of JSON.parse(found))
				verdict[location[0]].push(`${location.join('.')}: ${message}`);
	}

	async toTenant(request, response) {
		const exchange = this.exchanges.get(request.headers[NUMBER]);
		await wholeBody(request);
		try {
			const reply = await this.send(this.upstream.port, this.upstream.pathname + exchange.url,
				exchange, exchange.headers);
			reply.departs = DEPARTS in reply.headers;
			delete reply.headers[DEPARTS];
			exchange.reply = { ...reply, headers: reply.rawHeaders };
			response.writeHead(reply.status, reply.headers);
			response.end(reply.body);
		} catch {
			exchange.broken = true;		// as the tenant broke off, so do we
			request.socket.destroy();
		}
	}

	// ofCut gives the body of a reply that was broken off, or throws.
	send(port, where, { method, body }, headers, ofCut = (error) => { throw error; }) {
		return new Promise((resolve, reject) => {
			const request = http.request({ host: '127.0.0.1', port, method, path: where, headers,
				agent: this.agent, setHost: false });
			request.on('error', reject);
			request.on('response', (reply) => wholeBody(reply).catch(ofCut).then((whole) => resolve({
				status: reply.statusCode, headers: reply.headers, rawHeaders: pairs(reply.rawHeaders),
				body: whole,
			}), reject));
			request.end(body);
		});
	}

	stop() {
		this.prism?.kill();
		this.agent.destroy();
		for (const server of [this.front, this.back]) {
			server?.close();
			server?.closeAllConnections();
		}
		fs.rmSync(this.file, { force: true });
	}
}

module.exports = { Gate };

// check.js: the chapters of the regression test by way of a proxy that knows the API's document.
//
// It runs in the tree, beside the server and the tenant of with-cluster --manner document, and
// prints TAP.  All requests and replies must be as the document, with the differences that
// differences.yaml names, has them.
'use strict';

const { spawn, execFileSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { differences, operations, withDifferences } = require('./document.js');
const { Gate } = require('./gate.js');

// Of these chapters the tenant's misbehaviour is the point, so the document has nothing to say.
const LEFT_OUT = {
	envelopes: 'replies that are none',
	types: 'replies made by hand, for values of every kind',
	on_error: 'the same',
	paging: 'tenants that lose count; its requests are those of other chapters',
	write_failure: 'connections that break',
	counts_by_status: 'a status that the document does not have, and tenants that lose count',
	refresh: 'tenants that break off, and ignore what they are asked',
	check: 'another dialect, and fields that there are none of',
	nxt: 'another dialect, of which there is no document',
	nxt_refresh: 'the same',
	nxt_requests: 'the same',
	nxt_insert: 'the same',
	nxt_update: 'the same',
	nxt_conflicts: 'the same',
	nxt_write_at: 'the same',
	trust_order: 'the same',
	describe: 'the same',
	objects: 'the same',
	oauth: 'tokens, of which the document has nothing',
	monitor: 'faults, and a count of bytes that a proxy changes',
};
const FEWEST_REQUESTS = 500;

const TENANT = process.env.GS_SANDBOX_URL;
const KEY = process.env.GS_SANDBOX_KEY;

let count = 0;
let failed = 0;

function ok(good, name, lines = []) {
	count++;
	console.log(`${good ? 'ok' : 'not ok'} ${count} - ${name}`);
	if (!good) {
		failed++;
		lines.slice(0, 20).forEach((line) => console.log(`# ${line}`));
	}
}

const ctl = (...words) => execFileSync('sandbox/ctl', words).toString();

// What a gate says of one request of ours.
async function verdictOf(gate, { method, path: where, body, headers = {} }) {
	await fetch(gate.url + where.replace('PLAN', ctl('dump', 'successplans').split('\t', 1)[0]), {
		method,
		headers: { accessKey: KEY, Accept: 'application/json',
			...(body && { 'Content-Type': 'application/json' }), ...headers },
		body: body && JSON.stringify(body),
	}).then((reply) => reply.arrayBuffer(), () => undefined);
	const [verdict] = gate.seen.splice(0);
	return verdict;
}

const search = (more) => ({ method: 'POST', path: '/successplans/search', body: { limit: 1, ...more } });
const WRONG = {
	'a value of another type': search({ limit: '1' }),
	'a key that the document does not have': search({ pageSize: 1 }),
	'a key in a condition': search({ where: { conditions: [{ name: 'Status', operators: 'EQ' }] } }),
	'an alias that is no letter': search({ where: { conditions: [{ name: 'Status', alias: 'A1' }] } }),
	'a date that is none': { method: 'POST', path: '/successplans',
		body: { Name: 'n', CompanyId: 'c', TypeId: 't', StartDate: '2027-02-30' } },
	'a status that there is not': { method: 'POST', path: '/successplans',
		body: { Name: 'n', CompanyId: 'c', TypeId: 't', Status: 'active' } },
	'a required field left out': { method: 'POST', path: '/successplans', body: { Name: 'n' } },
	'a required field set to null': { method: 'PUT', path: '/successplans/PLAN',
		body: { Name: null, CompanyId: 'c', TypeId: 't' } },
	'null in a new plan': { method: 'POST', path: '/successplans',
		body: { Name: 'n', CompanyId: 'c', TypeId: 't', Comments: null } },
	'another path': { method: 'GET', path: '/plans' },
	'another method': { method: 'DELETE', path: '/successplans/PLAN' },
	'another type of content': { ...search({}), headers: { 'Content-Type': 'text/plain' } },
	'no body': { method: 'POST', path: '/successplans/search' },
	'no key': { method: 'GET', path: '/successplans/config/types', headers: { accessKey: '' } },
};

// A gate that finds nothing proves nothing.
async function proveTheGate(gate) {
	for (const [name, request] of Object.entries(WRONG)) {
		const verdict = await verdictOf(gate, request);
		ok(verdict.request.length > 0, `the proxy notices: ${name}`, [JSON.stringify(verdict)]);
	}
	for (const [name, fault] of Object.entries({
		'a number for a text': { replace_body: [['"Name":"', '"Name":1,"x":"', 0]] },
		'a status that the document does not have': { status: 503, body: {} },
	})) {
		ctl('fault', JSON.stringify({ op: 'POST /successplans/search', fault }));
		const verdict = await verdictOf(gate, search({ select: ['Name'] }));
		ok(verdict.response.length > 0 && verdict.departs, `in a reply: ${name}`,
			[JSON.stringify(verdict)]);
	}
}

// Each difference is needed, and is enough, for its own example.
async function proveTheDifferences(gate, bare) {
	for (const { name, reason, example } of differences) {
		if (example.tenant)
			ctl('set', ...example.tenant);
		const without = await verdictOf(bare, example);
		const having = await verdictOf(gate, example);
		if (example.tenant)
			ctl('defaults');
		ok(without.request.length + without.response.length > 0
			&& having.request.length + having.response.length === 0,
			`a difference: ${name} (${reason})`,
			[JSON.stringify(without), JSON.stringify(having)]);
	}
}

function chapters() {
	const all = fs.readdirSync('sql').filter((file) => /^[a-z_]+\.sql$/.test(file))
		.map((file) => file.replace('.sql', ''));
	const unknown = Object.keys(LEFT_OUT).filter((name) => !all.includes(name));
	ok(unknown.length === 0, 'the chapters that are left out exist', unknown);
	return all.filter((name) => !(name in LEFT_OUT));
}

// What a chapter printed, but for what a proxy slows down: how many requests overlapped.
const lines = (file) => (fs.existsSync(file)
	? fs.readFileSync(file, 'utf8').split('\n').filter((line) => !line.includes('"max_in_flight"')) : []);

// The first line in which they differ, -1 if there is none.
const differsAt = (got, expected) => (got.length < expected.length ? expected : got)
	.findIndex((line, place) => got[place] !== expected[place]);

// What is expected of a chapter: of several files, as major versions differ, the one that it follows longest.
function expectedOf(name, got) {
	const files = fs.readdirSync('expected').filter((file) => file.replace(/(_\d)?\.out$/, '') === name);
	const reach = (one) => (differsAt(got, one) < 0 ? Infinity : differsAt(got, one));
	return files.map((file) => lines(path.join('expected', file)))
		.reduce((best, one) => (reach(one) > reach(best) ? one : best), []);
}

async function installcheck(gate, names) {
	fs.rmSync('results', { recursive: true, force: true });
	const make = spawn('make', ['-s', 'installcheck', `REGRESS=${names.join(' ')}`],
		{ env: { ...process.env, GS_PROXY_URL: gate.url }, stdio: ['ignore', 'ignore', 'inherit'] });
	await new Promise((resolve) => make.on('close', resolve));
	for (const name of names) {
		const got = lines(path.join('results', `${name}.out`));
		const expected = expectedOf(name, got);
		const at = differsAt(got, expected);
		ok(expected.length > 0 && at < 0,
			`chapter ${name} gives what it gives without the proxy`,
			[`line ${at + 1} should be: ${expected[at]}`, `and is: ${got[at]}`]);
	}
}

const shown = (which) => (verdict) =>
	`${verdict.method} ${verdict.path} (${verdict.status}): ${verdict[which].join('; ')}`;

function report(seen) {
	const requests = seen.filter(({ request }) => request.length);
	const replies = seen.filter(({ response, departs }) => response.length && !departs);
	const departed = seen.filter(({ departs }) => departs).length;
	const known = operations();
	const answered = new Set(seen.filter(({ status }) => status === 200).map((verdict) =>
		known.find(({ method, pattern }) => method === verdict.method && pattern.test(verdict.path))?.name));

	console.log(`# ${seen.length} requests; ${departed} replies spoilt on purpose, and not judged`);
	ok(seen.length >= FEWEST_REQUESTS, `at least ${FEWEST_REQUESTS} requests were seen`,
		[seen.length]);
	ok(requests.length === 0, 'every request is as the document has it',
		requests.map(shown('request')));
	ok(replies.length === 0, 'so is every reply', replies.map(shown('response')));
	for (const { name } of known)
		ok(answered.has(name), `${name} was among them`);
}

async function main() {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gate-'));
	const gate = new Gate(withDifferences(differences), TENANT, folder);
	const bare = new Gate(withDifferences([]), TENANT, folder);
	try {
		await Promise.all([gate.start(), bare.start()]);
		await proveTheGate(gate);
		await proveTheDifferences(gate, bare);
		bare.stop();
		await installcheck(gate, chapters());
		report(gate.seen);
	} finally {
		gate.stop();
		bare.stop();
		fs.rmSync(folder, { recursive: true });
	}
	console.log(`1..${count}`);
	process.exitCode = failed ? 1 : 0;
}

main().catch((error) => {
	console.log(`Bail out! ${error.stack}`);
	process.exitCode = 1;
});

// document.js: the API's document, and the differences that are excused.
'use strict';

const fs = require('fs');
const path = require('path');
const yaml = require('js-yaml');

const load = (name) => yaml.load(fs.readFileSync(path.join(__dirname, name), 'utf8'));

// The part of the document that a JSON pointer leads to.
function part(document, pointer) {
	return pointer.split('/').slice(1).reduce((node, step) => {
		const name = step.replace(/~1/g, '/').replace(/~0/g, '~');
		if (!(name in node))
			throw new Error(`the document has no ${pointer}`);
		return node[name];
	}, document);
}

const differences = load('differences.yaml');

// The document with these differences.
function withDifferences(list) {
	const document = load('openapi.yaml');
	for (const difference of list)
		Object.assign(part(document, difference.at), difference.add);
	return document;
}

// Its operations: method, template of the path, and what matches such a path.
function operations() {
	const found = [];
	for (const [template, item] of Object.entries(load('openapi.yaml').paths)) {
		for (const method of ['get', 'put', 'post'].filter((name) => name in item)) {
			const pattern = template.replace(/\{\w+\}/g, '[^/]+');
			found.push({ name: `${method.toUpperCase()} ${template}`, method: method.toUpperCase(),
				pattern: new RegExp(`^${pattern}$`) });
		}
	}
	// fixed words before ids
	return found.sort((a, b) => a.name.includes('{') - b.name.includes('{'));
}

module.exports = { differences, operations, withDifferences };

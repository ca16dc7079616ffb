/**
 * What a server does: keep articles in PostgreSQL, routes and publish jobs in Redis, and what is published in Elasticsearch, through ha-stack, answer over HTTP,
 * tell a balancer its health.
 */
@NullMarked
package dev.hastack.examples.service;

import org.jspecify.annotations.NullMarked;

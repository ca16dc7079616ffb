/**
 * What a server does: keep articles in PostgreSQL, and routes and publish jobs in Redis, through ha-stack, answer over HTTP,
 * tell a balancer its health.
 */
@NullMarked
package dev.hastack.examples.service;

import org.jspecify.annotations.NullMarked;

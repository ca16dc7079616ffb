/** Elasticsearch in the laboratory: its servers, its faults, the load on two publications, ha-stack and its peers. */
@NullMarked
package dev.hastack.benchmarks.lab.elasticsearch;

import org.jspecify.annotations.NullMarked;

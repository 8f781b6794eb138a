/** Records as JSON, for clients that speak plain Kafka. */
package io.penstock.schemas.json;

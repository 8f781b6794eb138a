/** Webhooks of one instance of the front, put together, and their paths. */
package io.penstock.broker.webhooks;

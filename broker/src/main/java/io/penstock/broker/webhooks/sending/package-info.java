/** Sends webhooks over HTTP, to addresses that are allowed and to no other. */
package io.penstock.broker.webhooks.sending;

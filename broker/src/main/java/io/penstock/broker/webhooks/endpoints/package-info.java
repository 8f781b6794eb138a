/** Webhook endpoints: what a tenant registers, how it is kept, and who listens to what. */
package io.penstock.broker.webhooks.endpoints;

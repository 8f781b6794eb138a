/** Who calls: API keys, and the tenants that they stand for. */
package io.penstock.broker.tenants;

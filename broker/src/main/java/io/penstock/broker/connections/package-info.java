/** What one connection, and all of them together, may take of this instance. */
package io.penstock.broker.connections;

/** The HTTP front's server: who calls, how errors look, and what each path does. */
package io.penstock.broker.http;

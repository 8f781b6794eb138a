/** The HTTP front, put together. */
package io.penstock.broker;

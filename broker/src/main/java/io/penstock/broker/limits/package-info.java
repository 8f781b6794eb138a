/** How much a caller may use: requests and tokens a minute, and tokens that wait. */
package io.penstock.broker.limits;

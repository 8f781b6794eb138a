/** What a caller is told that cannot be served, in the shape of OpenAI's errors. */
package io.penstock.broker.errors;

/** A client of the HTTP front, as the command line uses it. */
package io.penstock.compose.http;

/**
 * Copies results from the results topic to the reply topics that requests name: a consumer group of
 * its own, with its own transactions, so that whatever a reply topic does harms no request.
 */
package io.penstock.streams.delivery;

/**
 * What operators see and change over HTTP: the same records, by the same rules, as the command line
 * writes. Reading goes to the topics themselves, so that whoever changed something sees it.
 */
package io.penstock.broker.admin;

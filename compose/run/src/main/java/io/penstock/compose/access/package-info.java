/**
 * Says what each role and each kind of client may do on Kafka; grants it, removes it and checks it.
 */
package io.penstock.compose.access;

package web

// ReceiptID is receiptID, for tests that keep receipts of their own making.
var ReceiptID = receiptID

// Google Sheets. Without a key a formula is enough, of a server that Google reaches:
//
//   =IMPORTDATA("https://homebound.example/export/report.csv?within=RU-FD-FE&groupBy=REGION&measures=PERMITS_ISSUED")
//
// With a key: Extensions > Apps Script, paste this, and set the script properties SERVER and KEY. Then in a cell:
//
//   =HOMEBOUND("report", "within=RU-FD-FE&groupBy=REGION&measures=PERMITS_ISSUED")

/**
 * Reads a table of Homebound: its columns, then its rows. An empty cell is not known.
 *
 * @param {string} table such as report, observations or claims
 * @param {string} query the parameters, such as within=RU-PRI&first=100
 * @customfunction
 */
function HOMEBOUND(table, query) {
  const properties = PropertiesService.getScriptProperties()
  const server = properties.getProperty('SERVER')
  const key = properties.getProperty('KEY')
  const headers = key ? { Authorization: 'Basic ' + Utilities.base64Encode('sheets:' + key) } : {}
  const answer = UrlFetchApp.fetch(server + '/export/' + table + '.json?' + (query || ''), { headers, muteHttpExceptions: true })
  if (answer.getResponseCode() !== 200) throw new Error(JSON.parse(answer.getContentText()).errors[0].message)
  const rows = JSON.parse(answer.getContentText())
  const columns = Object.keys(rows[0] || {})
  return [columns].concat(rows.map((row) => columns.map((name) => row[name])))
}
